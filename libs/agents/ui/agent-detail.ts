import { KeyValuePipe } from '@angular/common';
import { Component, computed, effect, inject, input, untracked } from '@angular/core';
import { RouterLink } from '@angular/router';
import { type AgentMetricPoint } from '@icmp-mon/agents/contract';
import { EntityHistory } from '@icmp-mon/audit/look';
import { Session } from '@icmp-mon/identity/ui';
import { UNCOUNTED_TEXTS } from '@icmp-mon/probing/contract';
import {
  Chart,
  ChartColours,
  lineHues,
  linesOption,
  peakBeyond,
  RangeChoice,
  rangeMs,
  readSpan,
  readTimeRange,
} from '@icmp-mon/platform/charts';
import { AgentTroublePipe } from '@icmp-mon/agents/look';
import {
  AgePipe,
  BytesPipe,
  Clock,
  CountPipe,
  DateTimePipe,
  Failure,
  InstantPipe,
  keepLast,
  PageTrail,
  RatePipe,
  reloadEvery,
  zoneText,
} from '@icmp-mon/platform/ui-kit';
import { AgentActions } from './agent-actions';
import { AgentFacts } from './agent-facts';
import { AGENT_GRAPHS } from './agent-graphs';
import { AgentLink } from './agent-link';
import { AgentReportCards } from './agent-report';
import { AgentsClient } from './agents.client';
import { EditAgent } from './edit-agent';
import { AdmittedPipe } from './agent-pipes';

const AGENT_AGAIN_MS = 5_000;
const METRICS_AGAIN_MS = 15_000;
const METRICS_SPAN_MS_MAX = 31 * 86_400_000;
/** Multiple of the usual distance between points from which the line breaks: telemetry arrives every 5 s, or is averaged over longer buckets. */
const GAP_FACTOR = 6;

/** Page of one agent: `/agents/:id?range=` or `?from=&to=`. */
@Component({
  selector: 'icm-agent-detail',
  imports: [
    AdmittedPipe,
    AgentActions,
    AgentFacts,
    AgentLink,
    AgentReportCards,
    AgentTroublePipe,
    AgePipe,
    BytesPipe,
    Chart,
    CountPipe,
    DateTimePipe,
    EditAgent,
    EntityHistory,
    Failure,
    InstantPipe,
    KeyValuePipe,
    RangeChoice,
    RatePipe,
    RouterLink,
  ],
  templateUrl: './agent-detail.html',
  styleUrl: './agent-detail.scss',
})
export class AgentDetail {
  private readonly client = inject(AgentsClient);
  private readonly colours = inject(ChartColours);
  private readonly trail = inject(PageTrail);
  private readonly session = inject(Session);
  protected readonly mayChange = computed(() => this.session.may('agents:write'));
  protected readonly mayAudit = computed(() => this.session.may('audit:read'));
  protected readonly nowMs = inject(Clock).nowMs;

  readonly id = input.required<string>();
  readonly range = input<string>();

  readonly from = input<string>();
  readonly to = input<string>();

  protected readonly longestMs = METRICS_SPAN_MS_MAX;
  protected readonly chosenRange = computed(() => readTimeRange(this.range(), '1h', METRICS_SPAN_MS_MAX));
  protected readonly span = computed(() => {
    const span = readSpan(this.from(), this.to(), this.untilMs());
    return span !== null && span.toMs - span.fromMs <= METRICS_SPAN_MS_MAX ? span : null;
  });
  private readonly untilMs = computed(() => Math.ceil(this.nowMs() / METRICS_AGAIN_MS) * METRICS_AGAIN_MS);
  private readonly frame = computed(() => {
    const toMs = this.untilMs();
    return this.span() ?? { fromMs: toMs - rangeMs(this.chosenRange()), toMs };
  });
  protected readonly agent = this.client.readAgent(this.id);
  protected readonly metrics = this.client.metrics(this.id, this.frame);
  protected readonly kept = keepLast(this.agent, this.id);
  protected readonly view = this.kept.value;
  protected readonly keptMetrics = keepLast(this.metrics, this.id);
  protected readonly points = computed(() => this.keptMetrics.value()?.points ?? []);
  protected readonly graphs = computed(() => {
    const hues = lineHues(this.colours.palette());
    return AGENT_GRAPHS.map((graph) => {
      const lines = graph.lines.map((line) => ({ name: line.name, points: withGaps(this.points(), line.read) }));
      const peak = peakBeyond(lines);
      return {
        title: graph.title,
        peak: peak === null ? null : graph.text(peak),
        keys:
          graph.lines.length < 2
            ? []
            : graph.lines.map((line, index) => ({ name: line.name, colour: hues[index], dashed: index > 0 })),
        option: linesOption(lines, this.frame(), this.colours.palette(), graph.text, graph.scale),
      };
    });
  });
  protected readonly zone = computed(() => zoneText(this.frame().toMs));
  protected readonly uncountedTexts = UNCOUNTED_TEXTS;

  constructor() {
    effect(() => {
      const text = this.view()?.name ?? this.id();
      untracked(() => this.trail.showCrumbs({ text: 'Agents', link: '/agents' }, { text }));
    });
    reloadEvery(this.agent, AGENT_AGAIN_MS);
  }
}

/** Returns the points of one line, with a break where the distance between two points is much longer than usual. */
function withGaps(
  points: AgentMetricPoint[],
  read: (point: AgentMetricPoint) => number | null,
): [number, number | null][] {
  const times = points.map((point) => Date.parse(point.at));
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const usualMs = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? Infinity;
  return points.flatMap((point, index): [number, number | null][] => {
    const atMs = times[index] ?? 0;
    const here: [number, number | null] = [atMs, read(point)];
    const stepMs = index === 0 ? 0 : (steps[index - 1] ?? 0);
    return stepMs > usualMs * GAP_FACTOR ? [[atMs - 1, null], here] : [here];
  });
}
