import { DomainError } from '@icmp-mon/platform/errors';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** Returns the ETag of an aggregate: the version of its event stream in quotes, such as `"3"`. */
export const entityTag = (version: number): string => `"${version}"`;

/** An ETag as Apache, Jetty and other proxies rewrite it when they compress the answer: `"3-gzip"`, `"3--gzip"`, `"3;gzip"`. */
const CODED = /^(?:W\/)?"(\d{1,15})(?:--?|;)(?:gzip|br|deflate|zstd)"$/;

/**
 * Returns the version that `If-Match` requires; undefined without the header or for `*`.
 * @throws DomainError `precondition_failed` for an ETag that this server cannot have sent
 */
export function ifMatchVersion(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const match = /^"(0|[1-9]\d{0,14})"$/.exec(header.trim());
  const weak = /^W\/("\d{1,15}")$/.exec(header.trim());
  const coded = CODED.exec(header.trim());
  if (weak !== null) {
    throw new DomainError(
      'precondition_failed',
      `If-Match is the weak ETag ${weak[0]}, and a weak ETag never matches: a proxy that compresses answers made it weak. Send ${weak[1]}.`,
    );
  }
  if (coded !== null) {
    throw new DomainError(
      'precondition_failed',
      `If-Match is ${header}, which never matches: a proxy that compresses answers appended the encoding. Send "${coded[1]}".`,
    );
  }
  if (match === null) {
    throw new DomainError(
      'precondition_failed',
      `If-Match is ${header.trim() || 'empty'}. Send one ETag of this API, such as "3".`,
    );
  }
  return Number(match[1]);
}

/** OpenAPI parameter of routes with `@IfMatch`. */
export const IF_MATCH_HEADER = {
  name: 'If-Match',
  required: false,
  description: 'ETag of the last read; the change is refused if the resource changed since.',
  schema: { type: 'string', pattern: '^(\\*|"(0|[1-9]\\d{0,14})")$' },
} as const;

/** Route parameter: the version that `If-Match` requires; undefined if the caller set none. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext) =>
  ifMatchVersion(context.switchToHttp().getRequest<Request>().headers['if-match']),
);
