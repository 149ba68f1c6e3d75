import { isAdmitted } from '@icmp-mon/agents/contract';
import { StreamSources } from '@icmp-mon/platform/http';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ListedAgents } from './listed-agents';

/** Publishes the fleet's figures in the `counts` event of the stream to browsers. */
@Injectable()
export class FleetGauge implements OnModuleInit {
  constructor(
    private readonly sources: StreamSources,
    private readonly agents: ListedAgents,
  ) {}

  onModuleInit(): void {
    this.sources.registerGauge(() => this.readGauges());
  }

  /** Reads the figures. Only connected agents count towards results per second, because the last report of a lost agent is out of date. */
  async readGauges(): Promise<{
    resultsPerS: number;
    agentsConnected: number;
    agentsUnknown: number;
    agentsTotal: number;
  }> {
    const agents = (await this.agents.listAgents()).filter(({ state }) => isAdmitted(state));
    const connected = agents.filter((agent) => agent.connection === 'connected');
    const resultsPerS = connected.reduce((sum, agent) => sum + (agent.telemetry?.resultsPerS ?? 0), 0);
    return {
      resultsPerS: Math.round(resultsPerS * 10) / 10,
      agentsConnected: connected.length,
      agentsUnknown: agents.filter((agent) => agent.connection === 'unknown').length,
      agentsTotal: agents.length,
    };
  }
}
