import type { Routes } from '@angular/router';

export const statusRoutes: Routes = [
  { path: '', loadComponent: () => import('./dashboard').then((page) => page.Dashboard) },
];
