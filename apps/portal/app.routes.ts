import type { MatDialog } from '@angular/material/dialog';
import type { Routes } from '@angular/router';
import { identityRoutes, settingsRoutes, signedIn } from '@icmp-mon/identity/ui';
import { NotFound } from './shell/not-found';
import { Shell } from './shell/shell';

const openSilence = (dialog: MatDialog, scope: string) =>
  import('@icmp-mon/maintenance/ui').then((ui) => ui.openSilence(dialog, scope));
const loadConsole = () => import('@icmp-mon/commands/ui').then((ui) => ui.loadProbeConsole());

export const routes: Routes = [
  ...identityRoutes,
  {
    path: '',
    component: Shell,
    canActivate: [signedIn],
    children: [
      { path: '', pathMatch: 'full', loadChildren: () => import('@icmp-mon/status/ui').then((ui) => ui.statusRoutes) },
      {
        path: 'targets/validation',
        loadChildren: () => import('@icmp-mon/status/ui').then((ui) => ui.validationRoutes),
      },
      {
        path: 'targets/:id/checks/:check',
        loadChildren: () => import('@icmp-mon/status/ui').then((ui) => ui.evidenceRoutes),
      },
      {
        path: 'targets/:id/commands',
        loadChildren: () => import('@icmp-mon/commands/ui').then((ui) => ui.probeRoutes),
      },
      { path: 'targets/:id/path', loadChildren: () => import('@icmp-mon/paths/ui').then((ui) => ui.pathRoutes) },
      { path: 'commands', loadChildren: () => import('@icmp-mon/commands/ui').then((ui) => ui.commandsRoutes) },
      {
        path: 'targets',
        loadChildren: () => import('@icmp-mon/targets/ui').then((ui) => ui.targetsRoutes(loadConsole, openSilence)),
      },
      { path: 'agents', loadChildren: () => import('@icmp-mon/agents/ui').then((ui) => ui.agentsRoutes) },
      {
        path: 'maintenance',
        loadChildren: () => import('@icmp-mon/maintenance/ui').then((ui) => ui.maintenanceRoutes),
      },
      { path: 'health', loadChildren: () => import('@icmp-mon/operations/ui').then((ui) => ui.operationsRoutes) },
      { path: 'docs', loadChildren: () => import('@icmp-mon/operations/ui').then((ui) => ui.documentRoutes) },
      { path: 'settings/tiers', loadChildren: () => import('@icmp-mon/tiers/ui').then((ui) => ui.tiersRoutes) },
      { path: 'settings/sources', loadChildren: () => import('@icmp-mon/targets/ui').then((ui) => ui.sourcesRoutes) },
      { path: 'settings/tokens', loadChildren: () => import('@icmp-mon/agents/ui').then((ui) => ui.tokenRoutes) },
      { path: 'settings/audit', loadChildren: () => import('@icmp-mon/audit/ui').then((ui) => ui.auditRoutes) },
      ...settingsRoutes,
      { path: '**', component: NotFound },
    ],
  },
];
