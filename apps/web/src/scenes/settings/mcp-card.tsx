import { Skeleton, Switch, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { mcpQuery, useMay } from '../../api/queries.ts';
import { changeMcp } from '../../api/verbs.ts';
import { Confirm } from '../../components/confirm.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import classes from './settings.module.css';

/** Where MCP clients connect, and whether they get rows, which an admin decides. */
export function McpCard() {
  const client = useQueryClient();
  const mcp = useQuery(mcpQuery);
  const mayChange = useMay('workspace.manage');
  const [asking, setAsking] = useState(false);
  const change = useMutation({
    mutationFn: changeMcp,
    onSuccess: (now) => {
      client.setQueryData(mcpQuery.queryKey, now);
      setAsking(false);
    },
  });
  const rows = mcp.data?.rows;
  return (
    <section className={classes['panel']} aria-labelledby="mcp">
      <h2 id="mcp">MCP clients</h2>
      {mcp.isPending && <Skeleton height={44} />}
      {mcp.isError && <ProblemNote problem={mcp.error} onRetry={() => void mcp.refetch()} />}
      {rows !== undefined && (
        <div className={classes['row']}>
          <div className={classes['words']}>
            <Text role="status">
              {rows
                ? 'On: an MCP client gets rows, a hundred at a time.'
                : 'Off: an MCP client gets names and SQL, and no row.'}
            </Text>
            <Text c="dimmed" mt={4}>
              A program that speaks MCP connects to <code>{`${window.location.origin}/mcp`}</code> with one of your
              tokens and asks under your rights. It is a model: what it gets, its maker may get.
              {!mayChange && ' Whether it gets rows is for an admin to say.'}
            </Text>
          </div>
          {mayChange && (
            <Switch
              label="Rows to MCP clients"
              size="sm"
              checked={rows}
              disabled={change.isPending}
              onChange={(event) => {
                const { checked } = event.currentTarget;
                change.reset();
                if (checked) setAsking(true);
                else change.mutate({ rows: false });
              }}
            />
          )}
        </div>
      )}
      {!asking && <ProblemNote problem={change.error} />}
      <Confirm
        opened={asking}
        title="Let MCP clients have rows?"
        says="From now on whoever connects such a client hands it what they may see, a hundred rows at a time, and so do those who connected one before. Where its model runs is up to them. Each call stands in the audit log."
        action="Allow rows"
        keep="Leave it off"
        pending={change.isPending}
        problem={change.error}
        onConfirm={() => change.mutate({ rows: true })}
        onClose={() => setAsking(false)}
      />
    </section>
  );
}
