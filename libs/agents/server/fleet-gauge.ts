import { isAdmitted } from '@icmp-mon/agents/contract';
import { StreamSources } from '@icmp-mon/platform/http';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ListedAgents } from './listed-agents';

/** The fleet's figures in the `counts` event of the stream that a browser holds. */
@Injectable()
export class FleetGauge implements OnModuleInit {
  constructor(
    private readonly sources: StreamSources,
    private readonly agents: ListedAgents,
  ) {}

  onModuleInit(): void {
    this.sources.registerGauge(() => this.read());
  }

  /** Results a second count while an agent is heard: what a lost one last reported is past. */
  async read(): Promise<{ resultsPerS: number; agentsConnected: number; agentsUnknown: number; agentsTotal: number }> {
    const agents = (await this.agents.list()).filter(({ state }) => isAdmitted(state));
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
