import { DomainError } from '@icmp-mon/platform/errors';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** ETag of an aggregate: the version of its stream, as `"3"`. */
export const entityTag = (version: number): string => `"${version}"`;

/** What Apache, Jetty and others make of an ETag when they compress the answer: `"3-gzip"`, `"3--gzip"`, `"3;gzip"`. */
const CODED = /^(?:W\/)?"(\d{1,15})(?:--?|;)(?:gzip|br|deflate|zstd)"$/;

/**
 * Version that `If-Match` asks for; undefined without the header or for `*`.
 * @throws DomainError `precondition_failed` for a tag that no version of ours can have
 */
export function ifMatchVersion(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const match = /^"(0|[1-9]\d{0,14})"$/.exec(header.trim());
  const weak = /^W\/("\d{1,15}")$/.exec(header.trim());
  const coded = CODED.exec(header.trim());
  if (weak !== null) {
    throw new DomainError(
      'precondition_failed',
      `If-Match compares strongly, so the weak ETag ${weak[0]} never matches. A proxy that compresses answers makes ETags weak: send ${weak[1]}.`,
    );
  }
  if (coded !== null) {
    throw new DomainError(
      'precondition_failed',
      `If-Match is ${header}, which never matches: a proxy that compresses answers appended the coding. Send "${coded[1]}".`,
    );
  }
  if (match === null) {
    throw new DomainError(
      'precondition_failed',
      `If-Match must be one ETag that was read here, such as "3"; it is ${header.trim() || 'empty'}.`,
    );
  }
  return Number(match[1]);
}

/** Parameter of a route: the version of `If-Match`, if the caller gave one. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext) =>
  ifMatchVersion(context.switchToHttp().getRequest<Request>().headers['if-match']),
);
