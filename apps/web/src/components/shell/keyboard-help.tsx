import { Kbd, Modal, Table, Text } from '@mantine/core';

const keys: readonly (readonly [readonly string[], string])[] = [
  [['/'], 'Write a question'],
  [['Enter'], 'Ask (Shift Enter for a new line)'],
  [['Ctrl', 'Enter'], 'Run the SQL in the editor'],
  [['Esc'], 'Cancel what is running'],
  [['g', 'a'], 'Go to Ask'],
  [['g', 's'], 'Go to Sources'],
  [['g', 'c'], 'Go to Catalog'],
  [['g', 'p'], 'Go to People'],
  [['g', 'l'], 'Go to Audit (the log)'],
  [['g', 't'], 'Go to Settings'],
  [['↑', '↓', '←', '→'], 'Move in the grid; with Shift, select'],
  [['Ctrl', 'C'], 'Copy the selected cells'],
  [['?'], 'This list'],
];

export function KeyboardHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Table verticalSpacing={6} withRowBorders={false}>
        <Table.Tbody>
          {keys.map(([press, meaning]) => (
            <Table.Tr key={meaning}>
              <Table.Td w={160}>
                {press.map((key) => (
                  <Kbd key={key} size="xs" mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>
                <Text size="sm">{meaning}</Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
