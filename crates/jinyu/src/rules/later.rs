//! Parts of the built-in packs that most programs never look into: they stay as bytes until somebody does, so that a program that
//! starts does not read them.

use std::ops::Deref;
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that is read on first need.
#[derive(Debug)]
pub(crate) struct Later<T> {
    /// The value as postcard writes it; nothing where it was made here.
    bytes: &'static [u8],
    value: OnceLock<T>,
}

impl<T: Deserialize<'static> + Default> Deref for Later<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // The build script wrote the bytes: there is nothing to report, and checking must not fail.
        self.value.get_or_init(|| postcard::from_bytes(self.bytes).unwrap_or_default())
    }
}

impl<T> From<T> for Later<T> {
    fn from(value: T) -> Self {
        Self { bytes: &[], value: value.into() }
    }
}

impl<T: Clone> Clone for Later<T> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes, value: self.value.clone() }
    }
}

impl<T: Serialize + Deserialize<'static> + Default> Serialize for Later<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = postcard::to_stdvec(&**self).map_err(serde::ser::Error::custom)?;
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de: 'static, T> Deserialize<'de> for Later<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { bytes: <&'static [u8]>::deserialize(deserializer)?, value: OnceLock::new() })
    }
}
