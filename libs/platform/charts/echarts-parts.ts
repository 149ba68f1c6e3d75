import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components';
import * as core from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

// Only what the portal's charts use; everything else of the library stays out of the build.
core.use([AriaComponent, CanvasRenderer, CustomChart, GridComponent, LineChart, ScatterChart, TooltipComponent]);

export const { getInstanceByDom, init, use } = core;
