import type { Readable } from 'node:stream';
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
