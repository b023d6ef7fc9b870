global using Shouldly;
global using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(Shiplog.EndToEnd.Tests.Running.RunningInstance))]
// One engine, one kernel: what one test leaves behind must not be another's doing.
[assembly: Parallelization(Mode = ParallelMode.None)]
