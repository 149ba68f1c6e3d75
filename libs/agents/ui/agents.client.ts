import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import type {
  AgentChange,
  AgentMetrics,
  AgentPolicyView,
  AgentView,
  ChangeAgentDescriptionRequest,
  ChangeAgentRequest,
  ChangedAgent,
  CreateEnrolmentTokenRequest,
  DescribedAgent,
  DrainAgentsRequest,
  DrainJob,
  EnrolmentTokenCreated,
  EnrolmentTokenView,
} from '@icmp-mon/agents/contract';
import { Session } from '@icmp-mon/identity/ui';
import { newRequestKey } from '@icmp-mon/platform/ui-kit';
import { firstValueFrom } from 'rxjs';

const AGENTS = '/api/v1/agents';
const TOKENS = '/api/v1/enrolment-tokens';
const DRAINS = '/api/v1/agent-drains';

const pathOf = (agentId: string): string => `${AGENTS}/${encodeURIComponent(agentId)}`;

/** Client for the API of agents and enrolment tokens. Methods that return a resource must be called in an injection context. */
@Injectable({ providedIn: 'root' })
export class AgentsClient {
  private readonly http = inject(HttpClient);

  /** For the page of the agents: without the permission it shows why they are refused. */
  readFleet(): HttpResourceRef<{ items: AgentView[] } | undefined> {
    return httpResource(() => AGENTS);
  }

  /** For parts of other pages: reads nothing without the permission. */
  listAgents(): HttpResourceRef<{ items: AgentView[] } | undefined> {
    const session = inject(Session);
    return httpResource(() => (session.may('agents:read') ? AGENTS : undefined));
  }

  readAgent(agentId: () => string): HttpResourceRef<AgentView | undefined> {
    return httpResource(() => pathOf(agentId()));
  }

  readPolicy(agentId: () => string): HttpResourceRef<AgentPolicyView | undefined> {
    return httpResource(() => `${pathOf(agentId())}/policy`);
  }

  /** Reads an agent's metrics over a time range in ms since 1970. */
  metrics(
    agentId: () => string,
    span: () => { fromMs: number; toMs: number },
  ): HttpResourceRef<AgentMetrics | undefined> {
    return httpResource(() => {
      const { fromMs, toMs } = span();
      const params = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
      return { url: `${pathOf(agentId())}/metrics`, params };
    });
  }

  /** Changes an agent. The server refuses the change if the agent is no longer at the given version. */
  changeAgent({ id, version }: AgentView, change: AgentChange, request: ChangeAgentRequest): Promise<ChangedAgent> {
    const headers = { 'If-Match': `"${version}"`, 'Idempotency-Key': newRequestKey() };
    return firstValueFrom(this.http.post<ChangedAgent>(`${AGENTS}/${id}/${change}`, request, { headers }));
  }

  /** Changes the description of an agent. The server refuses the change if the agent is no longer at the given version. */
  changeDescription({ id, version }: AgentView, patch: ChangeAgentDescriptionRequest): Promise<DescribedAgent> {
    const headers = { 'If-Match': `"${version}"`, 'Idempotency-Key': newRequestKey() };
    return firstValueFrom(this.http.patch<DescribedAgent>(pathOf(id), patch, { headers }));
  }

  /** Requests a job that drains several agents. */
  requestDrain(request: DrainAgentsRequest): Promise<DrainJob> {
    const headers = { 'Idempotency-Key': newRequestKey() };
    return firstValueFrom(this.http.post<DrainJob>(`${AGENTS}:drain`, request, { headers }));
  }

  listDrainJobs(): HttpResourceRef<{ items: DrainJob[] } | undefined> {
    return httpResource(() => DRAINS);
  }

  cancelDrainJob(id: string): Promise<DrainJob> {
    return firstValueFrom(this.http.post<DrainJob>(`${DRAINS}/${id}/cancel`, {}));
  }

  tokens(): HttpResourceRef<{ items: EnrolmentTokenView[] } | undefined> {
    return httpResource(() => TOKENS);
  }

  createToken(request: CreateEnrolmentTokenRequest): Promise<EnrolmentTokenCreated> {
    const headers = { 'Idempotency-Key': newRequestKey() };
    return firstValueFrom(this.http.post<EnrolmentTokenCreated>(TOKENS, request, { headers }));
  }

  async revokeToken(tokenId: string): Promise<void> {
    await firstValueFrom(this.http.delete(`${TOKENS}/${tokenId}`));
  }
}
