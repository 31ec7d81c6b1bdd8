//! The price tables that hold for a suite, laid over each other.

use super::failure::Failure;
use crate::cost::price::{Layer, PriceTable, PricedModel, Prices, embedded};
use crate::domain::{PriceLayer, ProviderKind, Suite};
use crate::sim::World;
use crate::store::PriceFile;

/// All prices of a suite: those of its config first, then its file, the demo world's, the program's.
pub(crate) fn of(suite: &Suite) -> Result<Prices, Failure> {
    Ok(Prices::new(&layers(suite)?))
}

/// The same, with this file in place of the suite's.
pub(crate) fn with(suite: &Suite, file: &PriceTable) -> Result<Prices, Failure> {
    let mut layers = layers(suite)?;
    for layer in layers.iter_mut().filter(|layer| layer.name == PriceLayer::File) {
        layer.models.clone_from(&file.models);
    }
    Ok(Prices::new(&layers))
}

/// The same, one by one.
pub(crate) fn layers(suite: &Suite) -> Result<Vec<Layer>, Failure> {
    let config = suite.prices.as_deref().map(PricedModel::list).transpose()?.unwrap_or_default();
    let file = file(suite)?;
    Ok(vec![
        Layer { name: PriceLayer::Config, models: config },
        Layer { name: PriceLayer::File, models: file.map(|file| file.models).unwrap_or_default() },
        Layer { name: PriceLayer::DemoWorld, models: demo(suite)? },
        Layer { name: PriceLayer::Embedded, models: embedded().models.clone() },
    ])
}

/// The suite's own file of prices, where there is one.
pub(crate) fn file(suite: &Suite) -> Result<Option<PriceTable>, Failure> {
    Ok(PriceFile::open(&suite.root, &suite.store).read()?)
}

/// The made-up prices of the demo provider, where the suite uses it.
fn demo(suite: &Suite) -> Result<Vec<PricedModel>, Failure> {
    if suite.models.values().all(|model| model.provider != ProviderKind::Demo) {
        return Ok(Vec::new());
    }
    let world = match &suite.demo_world {
        Some(text) => World::parse(text)?,
        None => World::builtin(),
    };
    let model = |price: crate::sim::WorldPrice<'_>| {
        let aliases = price.aliases.iter().map(|alias| (*alias).to_owned()).collect();
        let provider = ProviderKind::Demo.as_str();
        PricedModel { aliases, ..PricedModel::flat(provider, price.id, &price.rates) }
    };
    Ok(world.prices().into_iter().map(model).collect())
}
