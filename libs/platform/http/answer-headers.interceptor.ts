import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import { map, type Observable } from 'rxjs';
import { entityTag } from './entity-tag';

const VERSIONED_METADATA = 'icmpmon:versioned';
const LOCATED_METADATA = 'icmpmon:located';

interface Location {
  path: string;
  member: 'id' | 'name';
}

/** Sends the `version` member of the answer as the ETag; `@IfMatch()` reads it back on changes. */
export const Versioned = (): MethodDecorator => SetMetadata(VERSIONED_METADATA, true);

/**
 * Sends `path`/`id` as the Location header, where `id` is that member of the answer: the address of the resource that was created. An answer
 * without it, as of a dry run, has no such header.
 */
export const Located = (path: string, member: 'id' | 'name' = 'id'): MethodDecorator =>
  SetMetadata(LOCATED_METADATA, { path, member });

/** Sets ETag and Location from the answers of routes that are `@Versioned` or `@Located`, also when an idempotent request is repeated. */
@Injectable()
export class AnswerHeadersInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const isVersioned = this.reflector.get<boolean | undefined>(VERSIONED_METADATA, context.getHandler());
    const location = this.reflector.get<Location | undefined>(LOCATED_METADATA, context.getHandler());
    const answers = next.handle() as Observable<unknown>;
    if (isVersioned !== true && location === undefined) return answers;
    const response = context.switchToHttp().getResponse<Response>();
    return answers.pipe(
      map((answer) => {
        const { version, ...members } = answer as { version: number; id?: string; name?: string };
        const created = location === undefined ? undefined : members[location.member];
        if (location !== undefined && created !== undefined)
          response.setHeader('Location', `${location.path}/${created}`);
        if (isVersioned === true) response.setHeader('ETag', entityTag(version));
        return answer;
      }),
    );
  }
}
