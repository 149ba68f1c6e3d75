import type { HttpErrorResponse, HttpInterceptorFn } from '@angular/common/http';
import { inject, Injector } from '@angular/core';
import { Router } from '@angular/router';
import { catchError, from, switchMap, throwError } from 'rxjs';
import { Session } from './session';

const WITHOUT_RENEWAL = [
  '/auth/login',
  '/auth/login/code',
  '/auth/login/enrolment/confirm',
  '/auth/refresh',
  '/auth/logout',
];

/** Handles a 401: renews the session once and repeats the request; if that fails, opens the login page. */
export const renewSession: HttpInterceptorFn = (request, next) => {
  const injector = inject(Injector);
  return next(request).pipe(
    catchError((failure: HttpErrorResponse) => {
      if (failure.status !== 401 || WITHOUT_RENEWAL.some((path) => request.url.endsWith(path))) {
        return throwError(() => failure);
      }
      const session = injector.get(Session);
      return from(session.refreshSession()).pipe(
        switchMap((renewed) => {
          if (renewed) return next(request);
          leaveToLogin(session, injector.get(Router));
          return throwError(() => failure);
        }),
      );
    }),
  );
};

function leaveToLogin(session: Session, router: Router): void {
  if (session.current() === null) return;
  session.endSession();
  void router.navigate(['/login'], { queryParams: { returnUrl: router.url } });
}
