//! A process that is stopped in the middle (SIGSTOP), replaced, and then continued.
