import CopyWebpackPlugin from 'copy-webpack-plugin';
import type { Configuration } from 'webpack';
import { merge } from 'webpack-merge';
import scaffold, { type Env } from './.config/webpack/webpack.config';

// The scaffold copies every plugin.json, but the images of the root plugin only.
const nestedImages = new CopyWebpackPlugin({
  patterns: [{ from: '{datasource,panels/*}/img/*', to: '.' }],
});

const config = async (env: Env): Promise<Configuration> => merge(await scaffold(env), { plugins: [nestedImages] });

export default config;
