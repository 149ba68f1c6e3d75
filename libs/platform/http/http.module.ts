import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { AnswerHeadersInterceptor } from './answer-headers.interceptor';
import { IdempotencyInterceptor } from './idempotency.interceptor';
import { IdempotentAnswers } from './idempotent-answers';
import { KnownParametersInterceptor } from './known-parameters.interceptor';
import { PermissionGuard } from './permission-guard';
import { ProblemFilter } from './problem-filter';
import { RequestBodyInterceptor } from './request-body';
import { StreamSources } from './stream-sources';
import { RequestThrottlerGuard, THROTTLING } from './throttling';
import { RequestPipe } from './validation';

/**
 * Throttling, permissions, validation and problem documents of an HTTP application for users and services.
 * Needs global providers of `Authenticator` and of the control database.
 */
@Global()
@Module({
  imports: [DiscoveryModule, ThrottlerModule.forRoot(THROTTLING)],
  providers: [
    StreamSources,
    IdempotentAnswers,
    { provide: APP_GUARD, useClass: RequestThrottlerGuard },
    { provide: APP_GUARD, useClass: PermissionGuard },
    // Outermost first: check the query, read the body, set headers (also on repeated answers), answer a repeated request.
    { provide: APP_INTERCEPTOR, useClass: KnownParametersInterceptor },
    { provide: APP_INTERCEPTOR, useClass: RequestBodyInterceptor },
    { provide: APP_INTERCEPTOR, useClass: AnswerHeadersInterceptor },
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
    { provide: APP_PIPE, useClass: RequestPipe },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
  exports: [StreamSources, DiscoveryModule],
})
export class HttpModule {}
