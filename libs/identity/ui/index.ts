import type { Routes } from '@angular/router';

export { renewSession } from './renew-session';
export { SettingsNav } from './settings-nav';
export { SETTINGS_PAGES } from './settings-pages';
export { Session } from './session';
export { signedIn } from './signed-in';

export const identityRoutes: Routes = [
  { path: 'login', loadComponent: () => import('./login').then((page) => page.Login) },
  { path: 'set-password', loadComponent: () => import('./set-password').then((page) => page.SetPassword) },
];

/** Routes of pages inside the shell. */
export const settingsRoutes: Routes = [
  { path: 'settings', loadComponent: () => import('./settings').then((page) => page.Settings) },
  { path: 'settings/users', loadComponent: () => import('./user-list').then((page) => page.UserList) },
  { path: 'settings/users/:id', loadComponent: () => import('./user-page').then((page) => page.UserPage) },
  { path: 'settings/keys', loadComponent: () => import('./api-keys').then((page) => page.ApiKeys) },
];
