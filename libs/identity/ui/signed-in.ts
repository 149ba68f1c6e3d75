import { inject } from '@angular/core';
import { type CanActivateFn, Router } from '@angular/router';
import { Session } from './session';

/** Lets signed-in people pass; others go to the login page and come back afterwards. */
export const signedIn: CanActivateFn = async (_route, state) => {
  const session = inject(Session);
  const router = inject(Router);
  try {
    if (await session.restore()) return true;
  } catch (failure) {
    console.warn('The session could not be read.', failure);
    return router.createUrlTree(['/login'], { queryParams: { returnUrl: state.url, away: 1 } });
  }
  const queryParams = state.url === '/' ? {} : { returnUrl: state.url };
  return router.createUrlTree(['/login'], { queryParams });
};
