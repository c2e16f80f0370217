"""TensorBoard event files: framed records of protocol buffers (tensorflow/core/util/event.proto), read in bulk."""
