package dev.fairlead.registry.enrolment;

import java.util.Optional;

/// Which devices a provisioning key lets in; everything that is given must fit what the device says
/// of itself.
///
/// @param idPrefix how its id begins
/// @param idPattern its whole id; `*` stands for any text, `?` for one character
/// @param type its type
record EnrolmentRule(Optional<String> idPrefix, Optional<String> idPattern, Optional<String> type) {

  /// Whether it lets a device in.
  ///
  /// @param id the id that the device asks for; one without does not fit a rule about ids
  /// @param namedType the type that the device names
  boolean fits(Optional<String> id, Optional<String> namedType) {
    return (idPrefix.isEmpty() || id.filter(text -> text.startsWith(idPrefix.get())).isPresent())
        && (idPattern.isEmpty() || id.filter(text -> matches(idPattern.get(), text)).isPresent())
        && (type.isEmpty() || type.equals(namedType));
  }

  /// Whether a pattern stands for all of a text. Takes at most as many steps as the product of both
  /// lengths, whatever they are: of all `*` only the latest is ever tried again.
  static boolean matches(String pattern, String text) {
    int inPattern = 0;
    int inText = 0;
    int star = -1;
    int afterStar = 0;
    while (inText < text.length()) {
      if (inPattern < pattern.length() && pattern.charAt(inPattern) == '*') {
        star = inPattern++;
        afterStar = inText;
      } else if (inPattern < pattern.length() && fits(pattern.charAt(inPattern), text, inText)) {
        inPattern++;
        inText++;
      } else if (star >= 0) {
        inPattern = star + 1;
        inText = ++afterStar;
      } else {
        return false;
      }
    }
    return pattern.substring(inPattern).chars().allMatch(left -> left == '*');
  }

  private static boolean fits(char inPattern, String text, int at) {
    return inPattern == '?' || inPattern == text.charAt(at);
  }
}
