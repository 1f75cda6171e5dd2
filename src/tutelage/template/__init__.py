"""The one chat-template object: it renders a conversation for training, export, serving and evaluation."""
