import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Empty, readProblem } from '@icmp-mon/platform/ui-kit';
import { candidatesOf } from './several-targets';

/** An address that is or was in several VRFs: a link to the target of each. */
@Component({
  selector: 'icm-several-vrfs',
  imports: [Empty, RouterLink],
  template: `
    <div class="card" data-testid="several-vrfs">
      <icm-empty [what]="'Several targets ' + (isFormer() ? 'had' : 'have') + ' this address'">
        <p>{{ ip() }} {{ isFormer() ? 'was' : 'is' }} in several VRFs. Open the target of one:</p>
        <ul>
          @for (each of candidates(); track each.id) {
            <li>
              <a [routerLink]="['/targets', each.id]">{{ each.vrf }}</a> {{ each.name }}
            </li>
          } @empty {
            <li>{{ detail() }}</li>
          }
        </ul>
        @if (!isFormer()) {
          <p>
            Or see them in the list:
            <a routerLink="/targets" [queryParams]="{ filter: 'ip=' + ip() }">targets with the address {{ ip() }}</a
            >.
          </p>
        }
      </icm-empty>
    </div>
  `,
  styles: `
    ul {
      margin: 0;
      padding: 0 0 0 20px;
    }
  `,
})
export class SeveralVrfs {
  readonly ip = input.required<string>();
  /** The API's refusal, which has the targets. */
  readonly error = input.required<unknown>();
  /** Whether none of them exists now. */
  readonly isFormer = input(false);

  protected readonly candidates = computed(() => candidatesOf(this.error()));
  protected readonly detail = computed(() => readProblem(this.error()).detail);
}
