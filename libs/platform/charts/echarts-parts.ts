import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components';
import * as core from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

// Only the parts that the portal's charts use; the rest of the library stays out of the bundle.
core.use([AriaComponent, CanvasRenderer, CustomChart, GridComponent, LineChart, ScatterChart, TooltipComponent]);

export const { getInstanceByDom, init, use } = core;
