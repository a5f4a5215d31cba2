package dev.fairlead.runtime.http;

/// What a key that is kept to a group of devices may do with an operation. What the contract says
/// nothing about it may not use at all.
enum Scope {
  /// Nothing: the operation is about more than devices.
  NONE,
  /// What is done with the device that the path names as `id`, if that is one of the group.
  DEVICE,
  /// What the operation itself allows, which looks at [ApiRequest#group].
  OWN;

  /// The name in the contract.
  static final String NAME = "x-scope";

  /// @throws IllegalStateException for a word that is none
  static Scope of(String word) {
    return switch (word) {
      case "" -> NONE;
      case "device" -> DEVICE;
      case "own" -> OWN;
      default -> throw new IllegalStateException("no " + NAME + ": " + word);
    };
  }
}
