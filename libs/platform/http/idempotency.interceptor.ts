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
import { idempotencyKeyOf, idempotentRequest } from './idempotency';
import { IdempotentAnswers } from './idempotent-answers';
import { metadataOf } from './request-context';
import { RequestPipe } from './validation';

const IDEMPOTENT_METADATA = 'icmpmon:idempotent';

/**
 * A request with an `Idempotency-Key` takes effect once: a repeat gets the first answer. `operation` is part of what a key stands for.
 * The command keeps its answer in its own transaction: by the option `answer` of `EventStore.execute`, or by `keepAnswer`.
 */
export const Idempotent = (operation: string): MethodDecorator =>
  applyDecorators(
    SetMetadata(IDEMPOTENT_METADATA, operation),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'A repeat with the same key gets the first answer.',
    }),
  );

/** Answers repeats of requests to routes that are `@Idempotent`. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly pipe = new RequestPipe();

  constructor(
    private readonly reflector: Reflector,
    private readonly answers: IdempotentAnswers,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const operation = this.reflector.get<string | undefined>(IDEMPOTENT_METADATA, context.getHandler());
    const request = context.switchToHttp().getRequest<Request>();
    const key = operation === undefined ? null : idempotencyKeyOf(request.headers['idempotency-key']);
    if (operation === undefined || key === null) return next.handle() as Observable<unknown>;
    // Before the key is looked at: a body that is not valid is refused as such, also under a key that was used.
    await this.pipe.transform(request.body, { type: 'body', metatype: bodyTypeOf(context) });
    // A member of the body that is named like a parameter of the path does not hide what the path asks for. The query is part of that:
    // an address is a target in each VRF.
    const { params, query } = request;
    const asked = { ...(request.body as object | undefined), ...params, ...(isEmpty(query) ? {} : { '?': query }) };
    const repeatable = idempotentRequest(metadataOf(request).actor, key, operation, asked);
    const response = context.switchToHttp().getResponse<Response>();
    const { statusCode: status } = response;
    const answer = await this.answers.once(repeatable, async (keep) => {
      let isKept = false;
      const keeper = async (sql: Parameters<typeof keep>[0], body: unknown): Promise<void> => {
        await keep(sql, { status, body });
        isKept = true;
      };
      const body: unknown = await withAnswerKeeper(keeper, () => lastValueFrom(next.handle()));
      if (!isKept)
        throw new Error(`The command of "${operation}" kept no answer, so a repeat would take effect again.`);
      return { status, body };
    });
    response.status(answer.status);
    return of(answer.body);
  }
}

const isEmpty = (query: object): boolean => Object.keys(query).length === 0;
