import type { Routes } from '@angular/router';
import { AgentList } from './agent-list';

export const agentsRoutes: Routes = [{ path: '', component: AgentList }];
