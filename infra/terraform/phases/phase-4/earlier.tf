# Outputs of phases 1 to 3: given by the variables `phase_1` to `phase_3`, else read from their states, which lie beside
# this one's.

data "terraform_remote_state" "phase_1" {
  count   = var.phase_1 == null ? 1 : 0
  backend = var.state.backend
  config = merge(var.state.config, {
    (var.state.backend == "local" ? "path" : "key") = "${try(var.state.config.path, "")}${var.environment}/phase-1.tfstate"
  })
}

data "terraform_remote_state" "phase_2" {
  count   = var.phase_2 == null && var.state != null && var.use_log_stream ? 1 : 0
  backend = var.state.backend
  config = merge(var.state.config, {
    (var.state.backend == "local" ? "path" : "key") = "${try(var.state.config.path, "")}${var.environment}/phase-2.tfstate"
  })
}

data "terraform_remote_state" "phase_3" {
  count   = var.phase_3 == null ? 1 : 0
  backend = var.state.backend
  config = merge(var.state.config, {
    (var.state.backend == "local" ? "path" : "key") = "${try(var.state.config.path, "")}${var.environment}/phase-3.tfstate"
  })
}

locals {
  # try, and no condition: the two sides have different types.
  phase_1 = try(data.terraform_remote_state.phase_1[0].outputs, var.phase_1)
  phase_2 = try(data.terraform_remote_state.phase_2[0].outputs, var.phase_2)
  phase_3 = try(data.terraform_remote_state.phase_3[0].outputs, var.phase_3)

  # The brokers' names say it, so that states of earlier releases need no output for it.
  cluster_type = strcontains(local.phase_3.msk_bootstrap_servers, ".kafka-serverless.") ? "serverless" : "provisioned"

  # try: a state that an earlier release of that phase left names none.
  earlier_log_groups = concat(try(local.phase_2.log_group_names, []), try(local.phase_3.log_group_names, []))
}
