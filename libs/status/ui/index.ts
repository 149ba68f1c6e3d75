import type { Routes } from '@angular/router';

export { StatusClient } from './status.client';

export const statusRoutes: Routes = [
  { path: '', loadComponent: () => import('./dashboard').then((page) => page.Dashboard) },
];
