import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { CommandSummary } from '@icmp-mon/commands/contract';
import { DateTimePipe, zoneText } from '@icmp-mon/platform/ui-kit';
import { AnsweredPipe, BadPipe, KindPipe, ParametersPipe } from './command-pipes';

/** Commands as a table, newest first. */
@Component({
  selector: 'icm-command-list',
  imports: [AnsweredPipe, BadPipe, DateTimePipe, KindPipe, ParametersPipe, RouterLink],
  template: `
    <div class="table-scroll" tabindex="0" role="group" aria-label="Commands">
      <table class="plain" data-testid="commands-table">
        <thead>
          <tr>
            <th>Requested ({{ zone() }})</th>
            <th>State</th>
            <th>Command</th>
            @if (showsTarget()) {
              <th>Target</th>
            }
            <th>Agents</th>
            <th>By</th>
          </tr>
        </thead>
        <tbody>
          @for (command of commands(); track command.id) {
            <tr>
              <td>
                <a [routerLink]="['/commands', command.id]">{{ command.requestedAt | dateTime }}</a>
              </td>
              <td [class.bad]="command.state | isBad">{{ command.state }}</td>
              <td [title]="command | parameters">{{ command.kind | kind }}</td>
              @if (showsTarget()) {
                <td class="mono">{{ command.ip }}</td>
              }
              <td>{{ command.agents | answered }}</td>
              <td class="name">{{ command.requestedByName ?? command.requestedBy }}</td>
            </tr>
          }
        </tbody>
      </table>
    </div>
  `,
  styles: `
    .bad {
      color: var(--icm-danger);
      font-weight: 500;
    }
  `,
})
export class CommandList {
  readonly commands = input.required<readonly CommandSummary[]>();
  readonly showsTarget = input(true);
  protected readonly zone = computed(() => zoneText(this.commands()[0]?.requestedAt ?? Date.now()));
}
