import type { Routes } from '@angular/router';

export { StatusClient } from './status.client';
export { TargetChecks } from './target-checks';

export const statusRoutes: Routes = [
  { path: '', loadComponent: () => import('./dashboard').then((page) => page.Dashboard) },
];

/** Pages below `/targets/validation`, and of the evidence log of a check. */
export const validationRoutes: Routes = [
  { path: '', loadComponent: () => import('./validation-page').then((page) => page.ValidationPageView) },
];
export const evidenceRoutes: Routes = [
  { path: '', loadComponent: () => import('./evidence-page').then((page) => page.EvidencePageView) },
];
