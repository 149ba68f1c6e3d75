import type { Routes } from '@angular/router';

export { CommandAnswers } from './command-answers';
export { CommandPaths } from './command-paths';
export { CommandsClient } from './commands.client';
export { followCommand } from './followed-command';

export const commandsRoutes: Routes = [
  { path: '', loadComponent: () => import('./command-history').then((page) => page.CommandHistory) },
  { path: ':id', loadComponent: () => import('./command-page').then((page) => page.CommandPage) },
];

/** Loads the console of the target's page. */
export const loadProbeConsole = () => import('./probe-console').then(({ ProbeConsole }) => ProbeConsole);

/** Page of a target. */
export const probeRoutes: Routes = [
  { path: '', loadComponent: () => import('./probe-page').then((page) => page.ProbePage) },
];
