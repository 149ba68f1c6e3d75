import type { Routes } from '@angular/router';

export const operationsRoutes: Routes = [
  { path: '', loadComponent: () => import('./health-page').then((page) => page.HealthPage) },
];

/** Documents of the product, as pages. */
export const documentRoutes: Routes = [
  { path: '', pathMatch: 'full', redirectTo: 'README' },
  { path: '**', loadComponent: () => import('./documents-page').then((page) => page.DocumentsPage) },
];
