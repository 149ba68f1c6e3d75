import { DomainError } from '@icmp-mon/platform/errors';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { FOREIGN_QUERY_METADATA } from './permission';

/** Metadata key under which Nest stores the parameters of a route method, by `<kind>:<index>`. */
const ROUTE_ARGUMENTS = '__routeArguments__';
const QUERY_KIND = '4:';
const ERRORS_MAX = 50;

/**
 * Refuses query parameters on routes that declare no query. Routes with a query refuse unknown parameters by the class of the query
 * (`RequestPipe`).
 */
@Injectable()
export class KnownParametersInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const names = Object.keys(context.switchToHttp().getRequest<Request>().query);
    const isForeign = Reflect.getMetadata(FOREIGN_QUERY_METADATA, context.getClass()) === true;
    if (names.length > 0 && !isForeign && !takesQuery(context)) throw unknownParameters(names);
    return next.handle() as Observable<unknown>;
  }
}

function takesQuery(context: ExecutionContext): boolean {
  const { name } = context.getHandler();
  const kinds = Reflect.getMetadata(ROUTE_ARGUMENTS, context.getClass(), name) as Record<string, unknown> | undefined;
  return Object.keys(kinds ?? {}).some((kind) => kind.startsWith(QUERY_KIND));
}

function unknownParameters(names: readonly string[]): DomainError {
  const errors = names.slice(0, ERRORS_MAX).map((name) => ({
    pointer: `?${name}`,
    detail: `There is no parameter "${name}": this address takes none.`,
  }));
  return new DomainError('invalid', 'The query is not valid: see errors.', errors);
}
