import { PluginType, type AppPluginMeta } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import { HttpError, serve } from '../shared/testing';
import { AppConfig, type AppOptions } from './AppConfig';

const SETTINGS = '/api/plugins/opssight-app/settings';

function open(more: Partial<AppPluginMeta<AppOptions>>) {
  const meta = { id: 'opssight-app', type: PluginType.app, enabled: true, pinned: false, ...more };
  render(<AppConfig plugin={{ meta } as Parameters<typeof AppConfig>[0]['plugin']} query={{}} />);
}

describe('the page of the app', () => {
  it('saves address and token', async () => {
    const requests = serve({ [SETTINGS]: {} });
    open({});
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();

    await userEvent.type(screen.getByLabelText(/address/), 'http://opssight:8000');
    await userEvent.type(screen.getByLabelText(/Token/), 'secret-1');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));

    expect(await screen.findByText(/^Saved/)).toBeInTheDocument();
    expect(requests[0]?.data).toEqual({
      enabled: true,
      pinned: false,
      jsonData: { apiUrl: 'http://opssight:8000' },
      secureJsonData: { actionToken: 'secret-1' },
    });
  });

  it('keeps a token that is set unless it is reset', async () => {
    const requests = serve({ [SETTINGS]: {} });
    open({ jsonData: { apiUrl: 'http://o' }, secureJsonFields: { actionToken: true } });

    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(requests[0]?.data.secureJsonData).toBeUndefined();
    await userEvent.click(screen.getByRole('button', { name: 'Reset' }));

    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
  });

  it('says why it could not save', async () => {
    serve({ [SETTINGS]: new HttpError(403, { message: 'Permission denied' }) });
    open({ jsonData: { apiUrl: 'http://o' }, secureJsonFields: { actionToken: true } });

    await userEvent.click(screen.getByRole('button', { name: 'Save' }));

    expect(await screen.findByText('Not saved: Permission denied')).toBeInTheDocument();
  });
});
