import type { Routes } from '@angular/router';

/** Page of a target. */
export const pathRoutes: Routes = [
  { path: '', loadComponent: () => import('./path-page').then((page) => page.PathPage) },
];
