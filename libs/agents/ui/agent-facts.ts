import { Component, inject, input } from '@angular/core';
import type { AgentView } from '@icmp-mon/agents/contract';
import { AgePipe, BytesPipe, Clock, CountPipe, DurationPipe, InstantPipe, RatePipe } from '@icmp-mon/platform/ui-kit';
import { AgentLoadPipe, IsFullPipe } from './agent-load';
import { CertificatePipe, ClockOffsetPipe, TracesPausedPipe } from './agent-pipes';

/** Current figures of one agent: its targets, its load, and its last report. */
@Component({
  selector: 'icm-agent-facts',
  imports: [
    AgentLoadPipe,
    AgePipe,
    BytesPipe,
    CertificatePipe,
    ClockOffsetPipe,
    CountPipe,
    DurationPipe,
    InstantPipe,
    IsFullPipe,
    RatePipe,
    TracesPausedPipe,
  ],
  templateUrl: './agent-facts.html',
  styleUrl: './agent-facts.scss',
})
export class AgentFacts {
  protected readonly nowMs = inject(Clock).nowMs;
  readonly agent = input.required<AgentView>();
}
