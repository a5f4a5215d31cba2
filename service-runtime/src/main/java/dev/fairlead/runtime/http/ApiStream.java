package dev.fairlead.runtime.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.Supplier;

/// A body that is made while it is sent: the next part is asked for when the one before has left.
///
/// @param contentType of the whole
/// @param parts gives the next part, an empty one at the end
/// @param stop has the next part be the end; to be called when it is over, whatever ended it
/// @param live whether it may last for ever, so that its caller's right to it is looked at again
record ApiStream(String contentType, Supplier<Future<Buffer>> parts, Runnable stop, boolean live) {

  /// Sends it all. To be called on the context of the request, with the head not yet written.
  ///
  /// @return fails when a part does, or the caller goes away; the answer is cut off then, which the
  ///     caller can tell from its missing end
  Future<Void> send(Context context, HttpServerResponse response) {
    response.setChunked(true).putHeader("Content-Type", contentType);
    Promise<Void> sent = Promise.promise();
    response.closeHandler(_ -> stop.run());
    next(context, response, sent);
    return sent.future().onComplete(_ -> stop.run());
  }

  private void next(Context context, HttpServerResponse response, Promise<Void> sent) {
    parts
        .get()
        .onComplete(
            part ->
                context.runOnContext(
                    nothing -> {
                      if (part.failed()) {
                        response.reset();
                        sent.fail(part.cause());
                      } else if (part.result().length() == 0) {
                        response.end().onComplete(sent);
                      } else {
                        response
                            .write(part.result())
                            .onSuccess(written -> next(context, response, sent))
                            .onFailure(sent::tryFail);
                      }
                    }));
  }
}
