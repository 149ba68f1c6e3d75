import { Component, computed, input } from '@angular/core';
import { RttPipe, SharePipe } from '@icmp-mon/platform/ui-kit';
import { agentNames, asText, lossText, type ShownPath } from './shown-path';

const PERCENT = 100;

/** The nodes of merged paths as a table: the same data as the drawing, every hop of every agent. */
@Component({
  selector: 'icm-path-table',
  imports: [RttPipe, SharePipe],
  template: `
    <div class="table-scroll" tabindex="0" role="group" [attr.aria-label]="'Hops to ' + path().ip">
      <table class="plain" data-testid="path-table">
        <thead>
          <tr>
            <th class="number">Hops to target</th>
            <th>Address</th>
            <th>Name</th>
            <th>Network</th>
            <th>Passed by</th>
            <th class="number">Own answers</th>
            <th class="number">Path loss</th>
            <th class="number">Median RTT</th>
            <th>Leads to</th>
          </tr>
        </thead>
        <tbody>
          @for (row of rows(); track row.id) {
            <tr>
              <td class="number">{{ row.column ?? '–' }}</td>
              <td class="mono">{{ row.address }}</td>
              <td class="name">{{ row.name }}</td>
              <td class="name">{{ row.network }}</td>
              <td class="name">{{ row.agents }}</td>
              <td class="number">{{ row.own | share }}</td>
              <td class="number">{{ row.loss }}</td>
              <td class="number">{{ row.rttUs | rtt }}</td>
              <td class="name">{{ row.next }}</td>
            </tr>
          }
        </tbody>
      </table>
    </div>
  `,
})
export class PathTable {
  readonly path = input.required<ShownPath>();
  protected readonly rows = computed(() => {
    const path = this.path();
    const breaks = new Set(path.breaks.breaks.map(({ node }) => node));
    const texts = new Map(path.nodes.map((node) => [node.id, node.address || (node.kind === 'gap' ? 'silent' : '')]));
    const nodes = path.nodes.filter(({ kind }) => kind !== 'agent');
    nodes.sort((a, b) => (b.column ?? Infinity) - (a.column ?? Infinity) || (a.id < b.id ? -1 : 1));
    return nodes.map((node) => ({
      id: node.id,
      column: node.column,
      address: `${texts.get(node.id) ?? ''}${node.gapHops > 1 ? ` (${node.gapHops} hops)` : ''}${breaks.has(node.id) ? ' ✕ breaks here' : ''}`,
      name: node.name ?? '',
      network: asText(node.asNumber),
      agents: agentNames(path, node.agents),
      own: node.ownPercent === null ? null : Math.round(PERCENT - node.ownPercent) / PERCENT,
      loss: node.pathPercent === null ? '–' : (lossText(node.pathPercent) ?? '0 %'),
      rttUs: node.rttUs,
      next: path.edges
        .filter(({ from }) => from === node.id)
        .map(({ to }) => texts.get(to) ?? to)
        .join(', '),
    }));
  });
}
