//! The price tables that hold for a suite, laid over each other.

use super::{Project, Result};
use crate::cost::price::{Layer, PriceTable, PricedModel, Prices, embedded};
use crate::domain::{PriceLayer, ProviderKind};
use crate::sim::World;
use crate::store::PriceFile;

impl Project {
    /// All prices of the suite: those of its config first, then its file, the demo world's, the
    /// program's.
    pub fn prices(&self) -> Result<Prices> {
        Ok(Prices::new(&self.price_layers()?))
    }

    /// The same, with this file in place of the suite's.
    pub(super) fn prices_with(&self, file: &PriceTable) -> Result<Prices> {
        let mut layers = self.price_layers()?;
        for layer in layers.iter_mut().filter(|layer| layer.name == PriceLayer::File) {
            layer.models.clone_from(&file.models);
        }
        Ok(Prices::new(&layers))
    }

    pub(super) fn price_layers(&self) -> Result<Vec<Layer>> {
        let config = self.suite.prices.as_deref().map(PricedModel::list).transpose()?;
        let file = self.price_file().read()?;
        Ok(vec![
            Layer { name: PriceLayer::Config, models: config.unwrap_or_default() },
            Layer {
                name: PriceLayer::File,
                models: file.map(|file| file.models).unwrap_or_default(),
            },
            Layer { name: PriceLayer::DemoWorld, models: self.demo_prices()? },
            Layer { name: PriceLayer::Embedded, models: embedded().models.clone() },
        ])
    }

    /// The suite's own file of prices.
    pub(super) fn price_file(&self) -> PriceFile {
        PriceFile::open(&self.suite.root, &self.suite.store)
    }

    /// The made-up prices of the demo provider, where the suite uses it.
    fn demo_prices(&self) -> Result<Vec<PricedModel>> {
        let world = self.has_demo().then(|| self.demo_world()).transpose()?;
        let prices = world.iter().flat_map(World::prices).map(|price| {
            let aliases = price.aliases.iter().map(|alias| (*alias).to_owned()).collect();
            let provider = ProviderKind::Demo.as_str();
            PricedModel { aliases, ..PricedModel::flat(provider, price.id, &price.rates) }
        });
        Ok(prices.collect())
    }
}
