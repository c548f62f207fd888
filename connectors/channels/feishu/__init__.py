"""A Feishu or Lark bot: signed and sealed events in, IM messages out."""
