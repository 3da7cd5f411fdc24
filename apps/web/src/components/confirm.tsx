import { Button, Group, Modal, Text } from '@mantine/core';
import { ProblemNote } from './problem-note.tsx';

type ConfirmProps = {
  opened: boolean;
  title: string;
  says: string;
  action: string;
  /** The other button. */ keep?: string;
  pending: boolean;
  problem: unknown;
  onConfirm: () => void;
  onClose: () => void;
};

/** Before something that can't be taken back: what it does, in a sentence, and the button named by the verb. */
export function Confirm({
  opened,
  title,
  says,
  action,
  keep = 'Keep',
  pending,
  problem,
  onConfirm,
  onClose,
}: ConfirmProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Text mb="lg">{says}</Text>
      <ProblemNote problem={problem} />
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={onClose}>
          {keep}
        </Button>
        <Button color="red.8" onClick={onConfirm} loading={pending}>
          {action}
        </Button>
      </Group>
    </Modal>
  );
}
