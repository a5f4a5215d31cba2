package dev.fairlead.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/// As whom PostgreSQL runs. It refuses to run as root, so that root has to be somebody else for its
/// sake.
sealed interface PostgresAccount {
  /// The user of this process, an ordinary one.
  record Ordinary() implements PostgresAccount {}

  /// Root, in a user namespace in which it is nobody in particular. For files it stays root: this
  /// works below directories that only root may enter.
  record RootInNamespace() implements PostgresAccount {}

  /// Root turned into another user, to whom the data belongs. Every directory above has to let that
  /// user pass.
  record OtherUser(int uid, int gid) implements PostgresAccount {}

  /// `nobody` and `nogroup`.
  static OtherUser nobody() {
    return new OtherUser(65_534, 65_534);
  }

  /// Chooses for this process and the data, which may not exist yet: whose it is decides, once it
  /// exists.
  static PostgresAccount choose(Path data) throws IOException {
    // Not of the link, which is root's in every process.
    if (uid(Path.of("/proc/self").toRealPath()) != 0) {
      return new Ordinary();
    }
    if (Files.exists(data) && uid(data) != 0) {
      return new OtherUser(uid(data), gid(data));
    }
    boolean namespaces = PostgresProgram.succeeds(List.of("unshare", "-U", "true"));
    return namespaces ? new RootInNamespace() : nobody();
  }

  /// The command that runs `command` as this account, in the same process.
  default List<String> prefix() {
    return switch (this) {
      case Ordinary() -> List.of();
      case RootInNamespace() -> List.of("unshare", "-U", "--");
      case OtherUser(int uid, int gid) ->
          List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--");
    };
  }

  /// Hands a file or directory of ours to the account.
  default void own(Path path) throws IOException {
    if (this instanceof OtherUser(int uid, int gid)) {
      Files.setAttribute(path, "unix:gid", gid);
      Files.setAttribute(path, "unix:uid", uid);
    }
  }

  /// Makes sure that the account can reach what lies in the directory, which is ours.
  ///
  /// @throws EmbeddedException if a directory above shuts it out
  default void letPass(Path directory) throws IOException {
    if (!(this instanceof OtherUser(int uid, int _))) {
      return;
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
    if (permissions.add(PosixFilePermission.OTHERS_EXECUTE)) {
      Files.setPosixFilePermissions(directory, permissions);
    }
    for (Path above = directory.getParent(); above != null; above = above.getParent()) {
      if (!Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)
          && uid(above) != uid) {
        throw new EmbeddedException(
            "PostgreSQL cannot run as root, user namespaces are not allowed here, and user %d may not enter %s."
                .formatted(uid, above));
      }
    }
  }

  private static int uid(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  private static int gid(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:gid", LinkOption.NOFOLLOW_LINKS);
  }
}
