import { Readable } from 'node:stream';
import { streamedAnswer } from '@icmp-mon/platform/http';
import { createParamDecorator, type ExecutionContext, type StreamableFile } from '@nestjs/common';
import type { Request } from 'express';

const TEXT = 'text/plain';

/** Route parameter: whether the caller prefers plain text to JSON. */
export const AsksForText = createParamDecorator((_: unknown, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<Request>().accepts(['application/json', TEXT]) === TEXT;
});

export const textAnswer = (text: string): StreamableFile =>
  streamedAnswer(Readable.from([text], { objectMode: false }), `${TEXT}; charset=utf-8`);
