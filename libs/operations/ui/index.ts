import type { Routes } from '@angular/router';

export const operationsRoutes: Routes = [
  { path: '', loadComponent: () => import('./health-page').then((page) => page.HealthPage) },
];
