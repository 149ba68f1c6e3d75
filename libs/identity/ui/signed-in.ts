import { inject } from '@angular/core';
import { type CanActivateFn, Router } from '@angular/router';
import { Session } from './session';

/** Guard for signed-in users: others are redirected to the login page, and return afterwards. */
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
