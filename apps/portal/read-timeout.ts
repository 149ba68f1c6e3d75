import type { HttpInterceptorFn } from '@angular/common/http';

/** Timeout of a read, ms: the page then shows a failure and retries. */
const READ_MS_MAX = 15_000;

/** Adds a timeout to every read; writes have none. */
export const readTimeout: HttpInterceptorFn = (request, next) =>
  next(request.method === 'GET' ? request.clone({ timeout: READ_MS_MAX }) : request);
