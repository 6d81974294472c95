import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';
import type { Metric } from './types';

/** What the chosen query answers, in the words that its author wrote above the statement. */
export function Documentation({ metric }: { metric: Metric }) {
  const styles = useStyles2(getStyles);
  const columns = metric.columns ?? [];
  return (
    <section className={styles.box} aria-label={`Documentation of ${metric.label ?? metric.value}`}>
      <p className={styles.text}>{metric.description || 'This query has no documentation.'}</p>
      {columns.length > 0 && (
        <dl className={styles.columns}>
          {columns.map(({ name, type, description }) => (
            <React.Fragment key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>{[type, description].filter(Boolean).join(': ')}</dd>
            </React.Fragment>
          ))}
        </dl>
      )}
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({
    marginTop: theme.spacing(1),
    padding: theme.spacing(1, 1.5),
    maxHeight: 240,
    overflowY: 'auto',
    color: theme.colors.text.secondary,
    background: theme.colors.background.secondary,
    borderLeft: `2px solid ${theme.colors.border.medium}`,
  }),
  text: css({ whiteSpace: 'pre-line', margin: 0 }),
  columns: css({
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    columnGap: theme.spacing(2),
    margin: theme.spacing(1, 0, 0),
    '& dt': { fontWeight: theme.typography.fontWeightRegular },
    '& dd': { margin: 0 },
  }),
});
