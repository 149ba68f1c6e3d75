import { withAnswerKeeper } from '@icmp-mon/platform/event-store';
import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiHeader } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { bodyTypeOf } from './body-type';
import { IDEMPOTENCY_KEY, idempotencyKeyOf, idempotentRequest } from './idempotency';
import { IdempotentAnswers } from './idempotent-answers';
import { metadataOf, principalOf } from './request-context';
import { RequestPipe } from './validation';

const IDEMPOTENT_METADATA = 'icmpmon:idempotent';

interface IdempotentRoute {
  operation: string;
  /** Returns whether a request changes nothing, so that its answer is not stored. */
  unless(body: unknown): boolean;
}

/**
 * A request with an `Idempotency-Key` takes effect once: a repeat receives the first answer. `operation` is part of the request's digest, so
 * a key that was used for another operation is refused. The command stores its answer in its own transaction: by the option `answer` of
 * `EventStore.execute`, or by `keepAnswer`.
 */
export const Idempotent = (
  operation: string,
  { unless = () => false }: Partial<Pick<IdempotentRoute, 'unless'>> = {},
): MethodDecorator =>
  applyDecorators(
    SetMetadata(IDEMPOTENT_METADATA, { operation, unless } satisfies IdempotentRoute),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'A repeated request with the same key receives the first answer and takes no effect.',
      schema: { type: 'string', pattern: IDEMPOTENCY_KEY.source },
    }),
  );

/** Answers repeated requests to routes that are `@Idempotent` with the first answer. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly pipe = new RequestPipe();

  constructor(
    private readonly reflector: Reflector,
    private readonly answers: IdempotentAnswers,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const route = this.reflector.get<IdempotentRoute | undefined>(IDEMPOTENT_METADATA, context.getHandler());
    const request = context.switchToHttp().getRequest<Request>();
    const key = route === undefined ? null : idempotencyKeyOf(request.headers['idempotency-key']);
    if (route === undefined || key === null) return next.handle() as Observable<unknown>;
    const { operation } = route;
    // Validation comes first: an invalid body is refused as invalid, also when its key was used before.
    await this.pipe.transform(request.body, { type: 'body', metatype: bodyTypeOf(context) });
    if (route.unless(request.body)) return next.handle() as Observable<unknown>;
    // Path parameters override body members of the same name. The query belongs to the digest, because it can select the resource: one
    // address may be a target in several VRFs.
    const { params, query } = request;
    const scope = principalOf(request)?.scope ?? null;
    const asked = {
      ...(request.body as object | undefined),
      ...params,
      ...(isEmpty(query) ? {} : { '?': query }),
      // The first answer may contain what is not in the scope that the caller has now.
      ...(scope === null ? {} : { '?scope': scope }),
    };
    const repeatable = idempotentRequest(metadataOf(request).actor, key, operation, asked);
    const response = context.switchToHttp().getResponse<Response>();
    const answer = await this.answers.once(repeatable, async (keep) => {
      let isKept = false;
      const keeper = async (sql: Parameters<typeof keep>[0], body: unknown): Promise<void> => {
        // The route may have set another status than that of its method.
        await keep(sql, { status: response.statusCode, body });
        isKept = true;
      };
      const body: unknown = await withAnswerKeeper(keeper, () => lastValueFrom(next.handle()));
      if (!isKept)
        throw new Error(`The command "${operation}" stored no answer, so a repeated request would take effect again.`);
      return { status: response.statusCode, body };
    });
    response.status(answer.status);
    return of(answer.body);
  }
}

const isEmpty = (query: object): boolean => Object.keys(query).length === 0;
