global using System.Text.Json;
global using Shiplog.Conformance.Tests.Speaking;
global using Shouldly;
global using Xunit;
