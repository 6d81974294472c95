import { AppPlugin } from '@grafana/data';
import { AppConfig, type AppOptions } from './config/AppConfig';

export const plugin = new AppPlugin<AppOptions>().addConfigPage({
  id: 'connection',
  title: 'Connection',
  icon: 'cog',
  body: AppConfig,
});
