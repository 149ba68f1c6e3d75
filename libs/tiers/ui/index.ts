import type { Routes } from '@angular/router';

export { checkText } from './policy-text';
export { TiersClient } from './tiers.client';
export { UnplacedTargets } from './unplaced-targets';
export { tierText } from './tier-text';

/** Pages below `/settings/tiers`. */
export const tiersRoutes: Routes = [
  { path: '', loadComponent: () => import('./tier-list').then((page) => page.TierList) },
  { path: 'new', loadComponent: () => import('./tier-page').then((page) => page.TierPage) },
  { path: ':name', loadComponent: () => import('./tier-page').then((page) => page.TierPage) },
  { path: ':name/remove', loadComponent: () => import('./remove-tier').then((page) => page.RemoveTier) },
];
