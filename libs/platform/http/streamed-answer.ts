import { Readable } from 'node:stream';
import { createLogger } from '@icmp-mon/platform/ops';
import { StreamableFile } from '@nestjs/common';

const logger = createLogger('export');

/** Returns an answer that is sent while it is read. If reading fails, the connection is closed, so that the client does not take a part for all. */
export function streamedAnswer(text: Readable, type: string, fileName?: string): StreamableFile {
  const disposition = fileName === undefined ? {} : { disposition: `attachment; filename="${fileName}"` };
  return new StreamableFile(text, { type, ...disposition }).setErrorHandler((error, response) => {
    logger.warn({ err: error }, 'an export ended early');
    response.destroy?.();
  });
}

/** Returns the texts as a stream after the first one was read, so that a failure before it is answered as an error. */
export async function streamAfterFirst(texts: AsyncGenerator<string>): Promise<Readable> {
  const first = await texts.next();
  return Readable.from(following(first, texts), { objectMode: false });
}

async function* following(first: IteratorResult<string>, texts: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* texts;
}
