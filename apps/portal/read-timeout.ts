import type { HttpInterceptorFn } from '@angular/common/http';

/** A server that takes longer than this to answer a read does not answer: the page says so, and asks again. */
const READ_MS_MAX = 15_000;

/** Bounds every read; what is written may take its time. */
export const readTimeout: HttpInterceptorFn = (request, next) =>
  next(request.method === 'GET' ? request.clone({ timeout: READ_MS_MAX }) : request);
